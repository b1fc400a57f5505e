using System.ComponentModel;
using System.Globalization;

namespace Storytime.Platform;

/// <summary>An enum in a setting: as the API spells it, <c>email_plus</c>, or as .NET does, <c>emailPlus</c>.</summary>
internal sealed class SettingWord<T>() : EnumConverter(typeof(T)) where T : struct, Enum
{
    public override object? ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) =>
        base.ConvertFrom(context, culture, value is string word ? word.Replace("_", "", StringComparison.Ordinal) : value);
}
