using System.Collections.Frozen;

namespace Storytime.Videos;

/// <summary>How MediaConvert is told the language of captions.</summary>
/// <param name="Code">MediaConvert's name for it: of ISO 639-2, the terminological one (DEU, not GER); null where it has none.</param>
/// <param name="CustomCode">The tag's own language, where <paramref name="Code"/> is null.</param>
/// <param name="Name">In English; null where it is not known.</param>
internal sealed record CaptionLanguage(string? Code, string? CustomCode, string? Name)
{
    /// <summary>
    /// ISO 639-1, MediaConvert's name (the enum LanguageCode), and the English name. All of ISO 639-1 is here, and all of it has a name there.
    /// https://www.loc.gov/standards/iso639-2/php/code_list.php, https://docs.aws.amazon.com/mediaconvert/latest/apireference/jobs.html
    /// </summary>
    private const string Table = """
        aa AAR Afar; ab ABK Abkhazian; ae AVE Avestan; af AFR Afrikaans; ak AKA Akan; am AMH Amharic; an ARG Aragonese; ar ARA Arabic; as ASM Assamese;
        av AVA Avaric; ay AYM Aymara; az AZE Azerbaijani; ba BAK Bashkir; be BEL Belarusian; bg BUL Bulgarian; bh BIH Bihari; bi BIS Bislama;
        bm BAM Bambara; bn BEN Bangla; bo BOD Tibetan; br BRE Breton; bs BOS Bosnian; ca CAT Catalan; ce CHE Chechen; ch CHA Chamorro; co COS Corsican;
        cr CRE Cree; cs CES Czech; cu CHU Church Slavic; cv CHV Chuvash; cy CYM Welsh; da DAN Danish; de DEU German; dv DIV Divehi; dz DZO Dzongkha;
        ee EWE Ewe; el ELL Greek; en ENG English; eo EPO Esperanto; es SPA Spanish; et EST Estonian; eu EUS Basque; fa FAS Persian; ff FUL Fula;
        fi FIN Finnish; fj FIJ Fijian; fo FAO Faroese; fr FRA French; fy FRY Western Frisian; ga GLE Irish; gd GLA Scottish Gaelic; gl GLG Galician;
        gn GRN Guarani; gu GUJ Gujarati; gv GLV Manx; ha HAU Hausa; he HEB Hebrew; hi HIN Hindi; ho HMO Hiri Motu; hr HRV Croatian; ht HAT Haitian Creole;
        hu HUN Hungarian; hy HYE Armenian; hz HER Herero; ia INA Interlingua; id IND Indonesian; ie ILE Interlingue; ig IBO Igbo; ii III Sichuan Yi;
        ik IPK Inupiaq; io IDO Ido; is ISL Icelandic; it ITA Italian; iu IKU Inuktitut; ja JPN Japanese; jv JAV Javanese; ka KAT Georgian; kg KON Kongo;
        ki KIK Kikuyu; kj KUA Kuanyama; kk KAZ Kazakh; kl KAL Kalaallisut; km KHM Khmer; kn KAN Kannada; ko KOR Korean; kr KAU Kanuri; ks KAS Kashmiri;
        ku KUR Kurdish; kv KOM Komi; kw COR Cornish; ky KIR Kyrgyz; la LAT Latin; lb LTZ Luxembourgish; lg LUG Ganda; li LIM Limburgish; ln LIN Lingala;
        lo LAO Lao; lt LIT Lithuanian; lu LUB Luba-Katanga; lv LAV Latvian; mg MLG Malagasy; mh MAH Marshallese; mi MRI Māori; mk MKD Macedonian;
        ml MAL Malayalam; mn MON Mongolian; mr MAR Marathi; ms MSA Malay; mt MLT Maltese; my MYA Burmese; na NAU Nauru; nb NOB Norwegian Bokmål;
        nd NDE North Ndebele; ne NEP Nepali; ng NDO Ndonga; nl NLD Dutch; nn NNO Norwegian Nynorsk; no NOR Norwegian; nr NBL South Ndebele; nv NAV Navajo;
        ny NYA Nyanja; oc OCI Occitan; oj OJI Ojibwa; om ORM Oromo; or ORI Odia; os OSS Ossetic; pa PAN Punjabi; pi PLI Pali; pl POL Polish; ps PUS Pashto;
        pt POR Portuguese; qu QUE Quechua; rm ROH Romansh; rn RUN Rundi; ro RON Romanian; ru RUS Russian; rw KIN Kinyarwanda; sa SAN Sanskrit;
        sc SRD Sardinian; sd SND Sindhi; se SME Northern Sami; sg SAG Sango; si SIN Sinhala; sk SLK Slovak; sl SLV Slovenian; sm SMO Samoan; sn SNA Shona;
        so SOM Somali; sq SQI Albanian; sr SRP Serbian; ss SSW Swati; st SOT Southern Sotho; su SUN Sundanese; sv SWE Swedish; sw SWA Swahili; ta TAM Tamil;
        te TEL Telugu; tg TGK Tajik; th THA Thai; ti TIR Tigrinya; tk TUK Turkmen; tl TGL Tagalog; tn TSN Tswana; to TON Tongan; tr TUR Turkish;
        ts TSO Tsonga; tt TAT Tatar; tw TWI Twi; ty TAH Tahitian; ug UIG Uyghur; uk UKR Ukrainian; ur URD Urdu; uz UZB Uzbek; ve VEN Venda;
        vi VIE Vietnamese; vo VOL Volapük; wa WLN Walloon; wo WOL Wolof; xh XHO Xhosa; yi YID Yiddish; yo YOR Yoruba; za ZHA Zhuang; zh ZHO Chinese;
        zu ZUL Zulu
        """;

    private static readonly FrozenDictionary<string, CaptionLanguage> _known = Table.Split([';', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(entry => entry.Split(' ', 3))
        .ToFrozenDictionary(parts => parts[0], parts => new CaptionLanguage(parts[1], null, parts[2]));

    public static IReadOnlyCollection<string> Known => _known.Keys;

    /// <param name="tag">BCP 47. Only its language counts: where MediaConvert has a code for it, region and script have no place beside it.</param>
    public static CaptionLanguage Of(string tag)
    {
        var language = tag.Split('-')[0].ToLowerInvariant();
        return _known.GetValueOrDefault(language) ?? new CaptionLanguage(null, language, null);
    }
}
