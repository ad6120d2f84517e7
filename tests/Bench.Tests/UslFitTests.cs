using MediaServer.Load;

namespace MediaServer.Bench.Tests;

public class UslFitTests
{
    private static readonly double[] Loads = [1, 10, 100, 500, 1000, 2000];

    [Theory]
    [InlineData(0.2, 0.02, 1e-6)]
    [InlineData(1000, 0.3, 0)]
    [InlineData(5, 0, 0.0001)]
    [InlineData(3, 0, 0)]
    public void Points_on_the_law_give_its_coefficients_back(double lambda, double sigma, double kappa)
    {
        var law = new UslFit(lambda, sigma, kappa);

        UslFit? fit = UslFit.Of([.. Loads.Select(load => (load, law.ThroughputAt(load)))]);

        Assert.NotNull(fit);
        Assert.Equal(lambda, fit.Lambda, lambda * 1e-6);
        Assert.Equal(sigma, fit.Sigma, 1e-6);
        Assert.Equal(kappa, fit.Kappa, 1e-9);
    }

    [Fact]
    public void Measurements_that_scatter_by_a_few_percent_move_the_coefficients_by_as_little()
    {
        var law = new UslFit(0.25, 0.04, 2e-6);
        double[] scatter = [1.02, 0.97, 1.03, 0.98, 1.01, 0.99];

        UslFit? fit = UslFit.Of([.. Loads.Zip(scatter, (load, factor) => (load, law.ThroughputAt(load) * factor))]);

        Assert.NotNull(fit);
        Assert.Equal(law.Lambda, fit.Lambda, 0.05 * law.Lambda);
        Assert.Equal(law.Sigma, fit.Sigma, 0.1 * law.Sigma);
        Assert.Equal(law.PeakLoad, fit.PeakLoad, 0.2 * law.PeakLoad);
    }

    [Fact]
    public void What_gets_cheaper_without_end_is_no_negative_crosstalk()
    {
        UslFit? fit = UslFit.Of([.. Loads.Select(load => (load, Math.Pow(load, 1.1)))]);

        Assert.NotNull(fit);
        Assert.True(fit is { Sigma: >= 0, Kappa: >= 0 }, $"{fit}");
    }

    [Fact]
    public void Two_points_are_too_few()
    {
        Assert.Null(UslFit.Of([(1, 1), (2, 1.9)]));
    }

    [Fact]
    public void The_peak_is_where_one_more_brings_nothing()
    {
        var law = new UslFit(1, 0.05, 1e-4);

        Assert.True(law.ThroughputAt(law.PeakLoad) > law.ThroughputAt(law.PeakLoad + 1));
        Assert.True(law.ThroughputAt(law.PeakLoad) > law.ThroughputAt(law.PeakLoad - 1));
    }
}
