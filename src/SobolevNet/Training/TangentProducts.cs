namespace SobolevNet;

/// <summary>The product of something of the tangents that a component is differentiated by.</summary>
internal static class TangentProducts
{
    /// <summary>1 for values, the tangent's for a first derivative, both tangents' for a second one.</summary>
    public static double Of(JetLayout layout, int component, Func<int, double> ofTangent)
    {
        switch (layout.OrderOf(component))
        {
            case 0:
                return 1;
            case 1:
                return ofTangent(layout.Firsts[component - 1]);
            default:
                var second = layout.Seconds[component - 1 - layout.Firsts.Length];
                return ofTangent(second.I) * ofTangent(second.J);
        }
    }

    /// <summary>√v_c of each component: the scales of its tangents.</summary>
    /// <exception cref="ArgumentException">A scale is not finite and above 0.</exception>
    public static double[] Scales<T>(IJetSource<T> source, JetLayout layout)
        where T : unmanaged
    {
        double[] scales = TangentScales.Of(source);
        return [.. Enumerable.Range(0, layout.Count).Select(component => Of(layout, component, tangent => scales[tangent]))];
    }
}
