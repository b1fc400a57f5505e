using System.Collections.Frozen;
using System.ComponentModel.DataAnnotations;

namespace Storytime.Platform;

/// <summary>Currencies by ISO 4217. Spelled out, because a wrong code (EURO, UKP) would keep a contract and the revenue that it shares apart.</summary>
internal static class Currencies
{
    /// <summary>Those in use as money; without funds, metals and the codes for tests.</summary>
    private const string Iso4217 =
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK "
        + "DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY "
        + "KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN "
        + "NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL "
        + "THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";

    private static readonly FrozenSet<string> _known = Iso4217.Split(' ').ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static bool IsKnown(string currency) => _known.Contains(currency);
}

[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class CurrencyAttribute : ValidationAttribute, ITextRule
{
    public int Shortest => 3;

    public int Longest => 3;

    public CurrencyAttribute() => ErrorMessage = "currency must be a currency code of ISO 4217, such as USD or EUR.";

    public override bool IsValid(object? value) => value is not string currency || Currencies.IsKnown(currency);
}

/// <summary>An amount in the currency's smallest unit by ISO 4217, which names call cents.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class CentsAttribute(long maximum) : RangeAttribute(0, maximum)
{
    public override string FormatErrorMessage(string name) => FormattableString.Invariant($"This is an amount in cents, a whole number from 0 to {Maximum:0}.");
}
