namespace MediaServer.Load;

/// <summary>
/// The Universal Scalability Law (Gunther), fitted to measured points: X(N) = λN / (1 + σ(N − 1) + κN(N − 1)).
/// </summary>
/// <param name="Lambda">X(1): what one gets.</param>
/// <param name="Sigma">Contention: which share of the first one's cost each further one adds. The limit of X is λ/σ.</param>
/// <param name="Kappa">Crosstalk: what each pair adds. Above 0, X has a peak and falls behind it.</param>
internal sealed record UslFit(double Lambda, double Sigma, double Kappa)
{
    /// <summary>Where X is at most; infinite without crosstalk.</summary>
    public double PeakLoad => Kappa > 0 ? Math.Sqrt(Math.Max(0, 1 - Sigma) / Kappa) : double.PositiveInfinity;

    /// <summary>What X tends to without crosstalk.</summary>
    public double Limit => Sigma > 0 ? Lambda / Sigma : double.PositiveInfinity;

    /// <summary>X(N).</summary>
    public double ThroughputAt(double load) => Lambda * load / (1 + (Sigma * (load - 1)) + (Kappa * load * (load - 1)));

    /// <summary>
    /// Fits by least squares of relative errors. Turned over, the law is linear: N/X = a + b(N − 1) + dN(N − 1) with λ = 1/a, σ = b/a, κ = d/a;
    /// no coefficient may be negative, so of all subsets of terms the best fit without a negative one is taken.
    /// </summary>
    /// <param name="points">Load and throughput, both above 0; at least three.</param>
    /// <returns>The fit, or null when the points allow none.</returns>
    public static UslFit? Of(IReadOnlyList<(double Load, double Throughput)> points)
    {
        if (points.Count < 3)
        {
            return null;
        }

        double[][] rows = [.. points.Select(point =>
        {
            double weight = point.Throughput / point.Load; // errors relative to N/X, which spans decades
            return new[] { weight, weight * (point.Load - 1), weight * point.Load * (point.Load - 1) };
        })];
        UslFit? best = null;
        double least = double.PositiveInfinity;
        foreach (int[] terms in (int[][])[[0, 1, 2], [0, 1], [0, 2], [0]])
        {
            if (Solve(rows, terms) is { } solution && solution[0] > 0 && solution.Min() >= 0)
            {
                double error = rows.Sum(row => Math.Pow(row.Zip(solution, (x, y) => x * y).Sum() - 1, 2));
                if (error < least)
                {
                    least = error;
                    best = new UslFit(1 / solution[0], solution[1] / solution[0], solution[2] / solution[0]);
                }
            }
        }

        return best;
    }

    // Least squares of rows · solution = 1 with the given columns, by the normal equations of scaled columns and Gauss.
    private static double[]? Solve(double[][] rows, int[] terms)
    {
        double[] scale = [.. terms.Select(term => Math.Sqrt(rows.Sum(row => row[term] * row[term])))];
        if (scale.Min() == 0)
        {
            return null;
        }

        int size = terms.Length;
        double[,] matrix = new double[size, size + 1];
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size; j++)
            {
                matrix[i, j] = rows.Sum(row => row[terms[i]] * row[terms[j]]) / (scale[i] * scale[j]);
            }

            matrix[i, size] = rows.Sum(row => row[terms[i]]) / scale[i];
        }

        for (int pivot = 0; pivot < size; pivot++)
        {
            if (matrix[pivot, pivot] < 1e-12) // positive definite, unless columns depend on each other
            {
                return null;
            }

            for (int i = 0; i < size; i++)
            {
                double factor = i == pivot ? 0 : matrix[i, pivot] / matrix[pivot, pivot];
                for (int j = pivot; j <= size; j++)
                {
                    matrix[i, j] -= factor * matrix[pivot, j];
                }
            }
        }

        double[] solution = new double[3];
        for (int i = 0; i < size; i++)
        {
            solution[terms[i]] = matrix[i, size] / matrix[i, i] / scale[i];
        }

        return solution;
    }
}
