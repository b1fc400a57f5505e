using System.Diagnostics;

namespace Storytime.LocalCloud.Orchestration;

/// <summary>One line for each step with the seconds it took. A terminal sees the running step change; a log sees a line now and then.</summary>
internal sealed class Progress(TextWriter output, bool isTerminal)
{
    private static readonly TimeSpan LogEvery = TimeSpan.FromSeconds(10);

    /// <summary>Back to the start of the line, and clear it; nothing where the output is no terminal.</summary>
    private readonly string _clearLine = isTerminal ? "\r\e[2K" : "";

    public static Progress OnConsole() => new(Console.Out, !Console.IsOutputRedirected);

    public async Task<T> StepAsync<T>(string name, Func<Step, Task<T>> work)
    {
        var step = new Step(this, name);
        var result = await work(step);
        step.End();
        return result;
    }

    public Task StepAsync(string name, Func<Step, Task> work) => StepAsync(name, async step =>
    {
        await work(step);
        return true;
    });

    public void Line(string text = "") => output.WriteLine(text);

    internal sealed class Step
    {
        private readonly Progress _progress;
        private readonly string _name;
        private readonly Stopwatch _watch = Stopwatch.StartNew();
        private TimeSpan _nextLine = LogEvery;
        private string _detail = "";

        public Step(Progress progress, string name)
        {
            (_progress, _name) = (progress, name);
            Show();
        }

        /// <summary>What is happening just now, such as <c>3 of 7, 42 %</c>; the last report stays in the finished line.</summary>
        public void Report(string detail)
        {
            _detail = detail;
            Show();
        }

        public void End()
        {
            _progress.Line($"{_progress._clearLine}  ✓ {Text} {_watch.Elapsed.TotalSeconds:0.0} s");
        }

        private string Text => _detail.Length == 0 ? $"{_name}," : $"{_name}: {_detail},";

        private void Show()
        {
            if (_progress._clearLine.Length > 0)
            {
                _progress.Write($"{_progress._clearLine}  … {Text.TrimEnd(',')}");
            }
            else if (_watch.Elapsed >= _nextLine)
            {
                _nextLine = _watch.Elapsed + LogEvery;
                _progress.Line($"  … {Text} {_watch.Elapsed.TotalSeconds:0} s");
            }
        }
    }

    private void Write(string text)
    {
        output.Write(text);
        output.Flush();
    }
}
