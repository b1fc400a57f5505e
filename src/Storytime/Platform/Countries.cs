using System.Collections.Frozen;
using System.ComponentModel.DataAnnotations;

namespace Storytime.Platform;

/// <summary>
/// Countries by ISO 3166-1 alpha-2. Spelled out, because a wrong code (UK for GB) would keep families and books apart without anybody noticing.
/// </summary>
internal static class Countries
{
    /// <summary>The officially assigned codes, and XK, by which Kosovo goes.</summary>
    private const string Iso3166 =
        "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ "
        + "CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR "
        + "GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP "
        + "KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU "
        + "MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW "
        + "SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ "
        + "UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

    private static readonly FrozenSet<string> _known = Iso3166.Split(' ').ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static bool IsKnown(string country) => _known.Contains(country);
}

[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class CountryAttribute : ValidationAttribute, ITextRule
{
    public int Shortest => 2;

    public int Longest => 2;

    public CountryAttribute() => ErrorMessage = "country must be a country code of ISO 3166-1, such as US or GB.";

    public override bool IsValid(object? value) => value is not string country || Countries.IsKnown(country);
}
