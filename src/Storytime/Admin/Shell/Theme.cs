using MudBlazor;

namespace Storytime.Admin.Shell;

internal static class Theme
{
    private static readonly string[] _fonts = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif"];

    /// <summary>Every pair of text and ground has a contrast of 4.5 or more (WCAG 2.2, 1.4.3).</summary>
    public static readonly MudTheme Storytime = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#5b3fa8",
            Secondary = "#8a3b00",
            AppbarBackground = "#4a318f",
            AppbarText = "#ffffff",
            Background = "#f6f2fb",
            Surface = "#ffffff",
            DrawerBackground = "#ffffff",
            DrawerText = "#2b2140",
            DrawerIcon = "#5b3fa8",
            TextPrimary = "#2b2140",
            TextSecondary = "#5d5470",
            ActionDefault = "#5d5470",
            LinesInputs = "#6f6585",
            TableLines = "#ddd5ea",
            Success = "#1b6e3c",
            Warning = "#8a4b00",
            Error = "#a4161a",
            Info = "#1f5f8b",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#c3b0f5",
            PrimaryContrastText = "#1b1230",
            Secondary = "#ffb765",
            SecondaryContrastText = "#1b1230",
            AppbarBackground = "#2d2149",
            AppbarText = "#f1ecfa",
            Background = "#15101f",
            Surface = "#221a33",
            DrawerBackground = "#1b1429",
            DrawerText = "#f1ecfa",
            DrawerIcon = "#c3b0f5",
            TextPrimary = "#f1ecfa",
            TextSecondary = "#c1b8d3",
            ActionDefault = "#c1b8d3",
            LinesInputs = "#9d92b5",
            TableLines = "#3b3050",
            Success = "#7ddba0",
            SuccessContrastText = "#12251a",
            Warning = "#ffc58a",
            WarningContrastText = "#2b1a06",
            Error = "#ff9d9f",
            ErrorContrastText = "#2b0c0d",
            Info = "#9bd0f2",
            InfoContrastText = "#0b2230",
        },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = _fonts },
            H1 = new H1Typography { FontFamily = _fonts, FontSize = "1.75rem", FontWeight = "600", LineHeight = "1.25" },
            H2 = new H2Typography { FontFamily = _fonts, FontSize = "1.25rem", FontWeight = "600", LineHeight = "1.3" },
            H3 = new H3Typography { FontFamily = _fonts, FontSize = "1.05rem", FontWeight = "600", LineHeight = "1.3" },
            Button = new ButtonTypography { FontFamily = _fonts, TextTransform = "none" },
        },
    };
}
