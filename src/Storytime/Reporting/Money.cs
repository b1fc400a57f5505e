using System.Globalization;

namespace Storytime.Reporting;

/// <summary>Amounts as people read them. What the database calls cents are the currency's smallest units, by ISO 4217: of USD hundredths, of JPY whole yen, of BHD thousandths.</summary>
internal static class Money
{
    /// <summary><c>USD 1,234.56</c>, <c>JPY -500</c>.</summary>
    public static string Format(long cents, string currency) => $"{currency} {Number(cents, currency)}";

    /// <summary><c>1,234.56</c></summary>
    public static string Number(long cents, string currency) => Major(cents, currency).ToString($"N{Digits(currency)}", CultureInfo.InvariantCulture);

    /// <summary>In the currency's main unit, with as many decimals as it has: 1234.50 of 123450 cents.</summary>
    public static decimal Major(long cents, string currency) => Digits(currency) switch
    {
        0 => cents,
        3 => cents / 1000.000m,
        4 => cents / 10000.0000m,
        _ => cents / 100.00m,
    };

    /// <summary>How <see cref="Major"/> is written by programs: <c>1234.50</c>.</summary>
    public static string Pattern(string currency) => Digits(currency) == 0 ? "0" : "0." + new string('0', Digits(currency));

    /// <summary>Minor units: ISO 4217, list one, https://www.six-group.com/en/products-services/financial-information/data-standards.html</summary>
    public static int Digits(string currency) => currency switch
    {
        "BIF" or "CLP" or "DJF" or "GNF" or "ISK" or "JPY" or "KMF" or "KRW" or "PYG" or "RWF" or "UGX" or "UYI" or "VND" or "VUV" or "XAF" or "XOF" or "XPF" => 0,
        "BHD" or "IQD" or "JOD" or "KWD" or "LYD" or "OMR" or "TND" => 3,
        "CLF" or "UYW" => 4,
        _ => 2,
    };
}
