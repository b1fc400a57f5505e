namespace Storytime.Privacy;

/// <summary>Whose data it is.</summary>
public enum DataSubject
{
    Parent,
    Child,
    Staff,
    PublisherContact,
}

/// <summary>Personal data of one kind, in words that a parent understands; published at <c>/api/v1/privacy/retention</c>.</summary>
/// <param name="Name">For programs.</param>
/// <param name="What">What is stored.</param>
/// <param name="Purpose">What for.</param>
/// <param name="KeptFor">How long: an ISO 8601 duration, or a text.</param>
/// <param name="ErasedBy">What erases it earlier.</param>
internal sealed record DataCategory(string Name, DataSubject Whose, string What, string Purpose, Func<RetentionOptions, string> KeptFor, string ErasedBy)
{
    private const string WithAccount = "Deleting the account, at once.";
    private const string WithChild = "Deleting the child or the account, or withdrawing consent, at once.";
    private const string SoonWithChild = "Deleting the child or the account, or withdrawing consent, usually within 15 minutes.";

    public static readonly DataCategory Account = new(
        "account", DataSubject.Parent, "Your e-mail address, your country, and a hash of your password.",
        "To let you sign in, to write to you about the account, and to know which books publishers allow in your country.",
        _ => "As long as the account exists.", WithAccount);

    public static readonly DataCategory Consent = new(
        "consent", DataSubject.Parent, "Which versions of the terms and of the privacy notice you accepted, how and when, and when you withdrew.",
        "To be able to show that you agreed before we stored anything about a child.", _ => "As long as the account exists.", WithAccount);

    public static readonly DataCategory Devices = new(
        "signed_in_devices", DataSubject.Parent, "Names of the devices on which you signed in, when, and hashes of their tokens and of their last network address.",
        "To keep you signed in, to let you see and end sessions, and to tell you from somebody who tries passwords.",
        _ => "While the device is signed in, and about 30 days after.", WithAccount);

    public static readonly DataCategory Apple = new(
        "sign_in_with_apple", DataSubject.Parent, "Apple's id for you with this app, and an encrypted token by which we tell Apple that the account is gone.",
        "To let you sign in with Apple.", _ => "As long as the account exists.",
        "Deleting the account, at once; the token is kept until Apple has confirmed that it is revoked, at most 7 days.");

    public static readonly DataCategory Mails = new(
        "mails", DataSubject.Parent, "Mails to you that are waiting to be sent, and hashes of the links in mails that were sent.",
        "To send you what you asked for, and to know a link again.", _ => "A mail until it is sent, at most 24 hours; a link until about 7 days after it ends.",
        "Deleting the account, at once; only the mail with the receipt of the deletion still goes out.");

    public static readonly DataCategory SignInFailures = new(
        "sign_in_failures", DataSubject.Parent, "How often a wrong password was given, by keyed hashes of e-mail address and network address.",
        "To stop people who try passwords.", _ => "P2D", WithAccount);

    public static readonly DataCategory Child = new(
        "child_profile", DataSubject.Child, "The child's name or nickname, the address of its picture, and its year of birth, as you typed them.",
        "To tell the children of a family apart.", _ => "Until you delete the child.", WithChild);

    public static readonly DataCategory ScreenTime = new(
        "screen_time", DataSubject.Child, "Minutes a day, quiet hours, time zone, and what you said for today only.",
        "To end playing when you said it should end.", _ => "Until you change it or delete the child.", WithChild);

    public static readonly DataCategory Shelf = new(
        "shelf", DataSubject.Child, "The books on the child's shelf, and where it stopped in each.",
        "To show the shelf, and to go on where the child stopped.", _ => "Until you delete the child.", WithChild);

    public static readonly DataCategory ChildDevices = new(
        "child_devices", DataSubject.Child, "Names of the devices that you handed to the child, and when.",
        "To let you see and end child mode.", _ => "While child mode lasts, and about 90 days after.", WithChild);

    public static readonly DataCategory Viewing = new(
        "viewing", DataSubject.Child, "What the child played, paused and watched, when, and what the app adds about itself, such as its version.",
        "To show you what was watched, to keep screen time, and to pay publishers by the minute; the sums that they are paid by hold no child.",
        r => $"{r.UsageEventsMonths} months and until the end of that month.", SoonWithChild);

    public static readonly DataCategory SetAside = new(
        "set_aside_events", DataSubject.Child, "What the app reported and we could not take, as it was sent if it named a child of the account, and why.",
        "To find out why watched time is missing.", _ => "P30D", "Deleting the child or the account, or withdrawing consent, at once.");

    public static readonly DataCategory Permissions = new(
        "playback_permissions", DataSubject.Child, "Each time that a video was opened for the child: book, device and time.",
        "To let the player open the video, and to believe what it reports later.",
        r => $"{r.PlaybackSessionsDays} days and until the end of that month.", SoonWithChild);

    public static readonly DataCategory Attempts = new(
        "playback_attempts", DataSubject.Child, "Each try to play a book, and why it was refused.",
        "To tell you why a book does not play, and to find faults.",
        r => $"{r.PlaybackAttemptsMonths} months and until the end of that month.", SoonWithChild);

    public static readonly DataCategory SupportLog = new(
        "support_log", DataSubject.Parent, "That our staff looked at a child's name or ended sessions of your family: internal ids, when, and the reason that they gave.",
        "To be able to say who looked at what, and why.", _ => "As long as staff must account for it.",
        "Deleting the child or the account erases the reasons, at once; that something was done, and when, stays, with internal ids that lead nowhere any more.");

    public static readonly DataCategory Erasures = new(
        "erasures", DataSubject.Parent, "That something was erased: a receipt number, times, and numbers of rows. Until it is complete also the internal ids.",
        "To finish the erasure whatever happens, and to let you check it.",
        _ => "Ids until the erasure is complete, usually 15 minutes, at most about 8 days; the receipt, which tells nothing about you, for good.",
        "Its own completion.");

    public static readonly DataCategory Staff = new(
        "staff", DataSubject.Staff, "E-mail addresses of staff, hashes of their passwords, and what they changed or looked up.",
        "To let staff sign in, and to know who changed what.", _ => "As long as what they changed must be accounted for.", "An administrator, after the person has left.");

    public static readonly DataCategory PublisherContacts = new(
        "publisher_contacts", DataSubject.PublisherContact, "Names and e-mail addresses of people at publishers, and notes on contracts.",
        "To pay publishers and to write to them.", _ => "As long as the contract must be accounted for.", "A change of the publisher's entry by staff.");
}
