using System.Buffers.Binary;

namespace Storytime.LocalCloud.S3;

/// <summary>The reflected CRCs that S3 knows (CRC32, CRC32C, CRC64NVME), table driven.</summary>
internal sealed class Crc
{
    private static readonly ulong[] Crc32Table = Table(0xEDB88320);
    private static readonly ulong[] Crc32CTable = Table(0x82F63B78);
    private static readonly ulong[] Crc64NvmeTable = Table(0x9A6C9329AC4BC9B5);
    private readonly ulong[] _table;
    private readonly ulong _ones;
    private readonly int _bytes;
    private ulong _value;

    private Crc(ulong[] table, int bytes)
    {
        (_table, _bytes, _ones) = (table, bytes, bytes == 8 ? ulong.MaxValue : uint.MaxValue);
        _value = _ones;
    }

    public static Crc Crc32() => new(Crc32Table, 4);

    public static Crc Crc32C() => new(Crc32CTable, 4);

    public static Crc Crc64Nvme() => new(Crc64NvmeTable, 8);

    public void Append(ReadOnlySpan<byte> data)
    {
        var (table, value) = (_table, _value);
        foreach (var b in data) value = table[(byte)value ^ b] ^ (value >> 8);
        _value = value;
    }

    /// <summary>Big endian, as S3 encodes it.</summary>
    public byte[] Finish()
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, _value ^ _ones);
        return bytes[(8 - _bytes)..];
    }

    private static ulong[] Table(ulong polynomial)
    {
        var table = new ulong[256];
        for (uint i = 0; i < 256; i++)
        {
            ulong value = i;
            for (var bit = 0; bit < 8; bit++) value = (value & 1) == 1 ? (value >> 1) ^ polynomial : value >> 1;
            table[i] = value;
        }

        return table;
    }
}
