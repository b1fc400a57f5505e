using System.Buffers.Binary;

namespace Storytime.LocalCloud.Demo;

/// <summary>Plays a <see cref="Melody"/> into a WAV file: plucked notes over a soft bass, round and round until the film ends.</summary>
internal static class MusicBox
{
    private const int Rate = 48000;

    // Loudness of each partial and how fast it dies away (1/s): a bright strike that turns mellow.
    private static readonly (double Factor, double Level, double Decay)[] Pluck = [(1, 0.55, 2.2), (2, 0.2, 3.6), (3, 0.1, 6), (5.4, 0.05, 14)];
    private static readonly (double Factor, double Level, double Decay)[] Bass = [(1, 0.5, 0.9), (2, 0.14, 1.4), (1.005, 0.3, 0.8)];

    public static async Task WriteAsync(Melody melody, double seconds, string file, CancellationToken ct)
    {
        var samples = new float[(int)(seconds * Rate)];
        var beat = 60 / melody.BeatsPerMinute;
        Play(samples, melody.Tune, beat, Pluck, attack: 0.004, melody.Ring, level: 0.5);
        Play(samples, melody.Bass, beat * 4, Bass, attack: 0.06, ring: 1.4, level: 0.36);
        FadeOut(samples, 2.5);
        await File.WriteAllBytesAsync(file, Wav(samples), ct);
    }

    private static void Play(
        float[] samples, string notes, double beat, (double Factor, double Level, double Decay)[] partials, double attack, double ring, double level)
    {
        var tokens = notes.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        for (var (index, start) = (0, 0.3); start * Rate < samples.Length; index++, start += beat)
        {
            var token = tokens[index % tokens.Length];
            if (token == "-")
                continue;

            foreach (var (factor, partialLevel, decay) in partials)
                Add(samples, (int)(start * Rate), Pitch(token) * factor, level * partialLevel, decay / ring, attack);
        }
    }

    private static void Add(float[] samples, int start, double hertz, double level, double decay, double attack)
    {
        var length = Math.Min(samples.Length - start, (int)(Rate * 5 / decay));
        for (var i = 0; i < length; i++)
        {
            var t = (double)i / Rate;
            samples[start + i] += (float)(Math.Sin(2 * Math.PI * hertz * t) * level * Math.Exp(-decay * t) * Math.Min(1, t / attack));
        }
    }

    /// <summary><c>A4</c> is 440 Hz; <c>#</c> and <c>b</c> move by a semitone.</summary>
    private static double Pitch(string note)
    {
        var semitone = "C D EF G A B".IndexOf(note[0], StringComparison.Ordinal) + (note.Contains('#') ? 1 : 0) - (note[1..].Contains('b') ? 1 : 0);
        var octave = note[^1] - '0';
        return 440 * Math.Pow(2, octave - 4 + ((semitone - 9) / 12.0));
    }

    private static void FadeOut(float[] samples, double seconds)
    {
        var length = Math.Min(samples.Length, (int)(seconds * Rate));
        for (var i = 0; i < length; i++)
            samples[^(i + 1)] *= (float)i / length;
    }

    /// <summary>RIFF, PCM, 16 bit, one channel.</summary>
    private static byte[] Wav(float[] samples)
    {
        var wav = new byte[44 + (samples.Length * 2)];
        var span = wav.AsSpan();
        "RIFF"u8.CopyTo(span);
        BinaryPrimitives.WriteInt32LittleEndian(span[4..], wav.Length - 8);
        "WAVEfmt "u8.CopyTo(span[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(span[16..], 16);
        BinaryPrimitives.WriteInt16LittleEndian(span[20..], 1);
        BinaryPrimitives.WriteInt16LittleEndian(span[22..], 1);
        BinaryPrimitives.WriteInt32LittleEndian(span[24..], Rate);
        BinaryPrimitives.WriteInt32LittleEndian(span[28..], Rate * 2);
        BinaryPrimitives.WriteInt16LittleEndian(span[32..], 2);
        BinaryPrimitives.WriteInt16LittleEndian(span[34..], 16);
        "data"u8.CopyTo(span[36..]);
        BinaryPrimitives.WriteInt32LittleEndian(span[40..], samples.Length * 2);
        for (var i = 0; i < samples.Length; i++)
            BinaryPrimitives.WriteInt16LittleEndian(span[(44 + (i * 2))..], (short)(Math.Clamp(samples[i], -1, 1) * short.MaxValue));

        return wav;
    }
}
