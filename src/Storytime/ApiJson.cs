using System.Text.Json.Serialization;
using Storytime.Accounts;
using Storytime.Admin;
using Storytime.Admin.Dashboard;
using Storytime.Catalog;
using Storytime.Children;
using Storytime.Library;
using Storytime.Platform;
using Storytime.Platform.Errors;
using Storytime.Playback;
using Storytime.Privacy;
using Storytime.Reporting;
using Storytime.Rights;
using Storytime.Usage;
using Storytime.Videos;

namespace Storytime;

/// <summary>
/// Serializers of the API's bodies, made by the compiler; names and converters come from <see cref="Json.Configure"/>. Left out on purpose: PATCH
/// bodies in which null means something, because generated code sets every <c>init</c> member and so cannot tell an absent one from a null.
/// </summary>
[JsonSerializable(typeof(ErrorEnvelope))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(RegisterRequest))]
[JsonSerializable(typeof(LoginRequest))]
[JsonSerializable(typeof(AppleSignInRequest))]
[JsonSerializable(typeof(RefreshRequest))]
[JsonSerializable(typeof(LogoutRequest))]
[JsonSerializable(typeof(SignInResponse))]
[JsonSerializable(typeof(UserResponse))]
[JsonSerializable(typeof(Page<ParentSessionResponse>))]
[JsonSerializable(typeof(ChangePasswordRequest))]
[JsonSerializable(typeof(ForgotPasswordRequest))]
[JsonSerializable(typeof(ResetPasswordRequest))]
[JsonSerializable(typeof(ChangeEmailRequest))]
[JsonSerializable(typeof(ConfirmEmailRequest))]
[JsonSerializable(typeof(GiveConsentRequest))]
[JsonSerializable(typeof(ConfirmConsentRequest))]
[JsonSerializable(typeof(ConsentStateResponse))]
[JsonSerializable(typeof(Page<ConsentResponse>))]
[JsonSerializable(typeof(CreateChildRequest))]
[JsonSerializable(typeof(ChildResponse))]
[JsonSerializable(typeof(Page<ChildResponse>))]
[JsonSerializable(typeof(SetScreenTimeRequest))]
[JsonSerializable(typeof(SetScreenTimeTodayRequest))]
[JsonSerializable(typeof(ScreenTimeTodayResponse))]
[JsonSerializable(typeof(StartChildSessionRequest))]
[JsonSerializable(typeof(StartChildSessionResponse))]
[JsonSerializable(typeof(RenameChildSessionRequest))]
[JsonSerializable(typeof(Page<ListedChildSessionResponse>))]
[JsonSerializable(typeof(CatalogBookResponse))]
[JsonSerializable(typeof(Page<CatalogBookResponse>))]
[JsonSerializable(typeof(AddLibraryItemRequest))]
[JsonSerializable(typeof(LibraryItemResponse))]
[JsonSerializable(typeof(Page<ShelfBookResponse>))]
[JsonSerializable(typeof(StartPlaybackRequest))]
[JsonSerializable(typeof(PlaybackSessionResponse))]
[JsonSerializable(typeof(PreviewResponse))]
[JsonSerializable(typeof(UsageEventsResponse))]
[JsonSerializable(typeof(Page<SetAsideEventResponse>))]
[JsonSerializable(typeof(ActivityResponse))]
[JsonSerializable(typeof(DeleteAccountRequest))]
[JsonSerializable(typeof(ErasureResponse))]
[JsonSerializable(typeof(ExportResponse))]
[JsonSerializable(typeof(RetentionResponse))]
[JsonSerializable(typeof(AdminLoginRequest))]
[JsonSerializable(typeof(AdminLoginResponse))]
[JsonSerializable(typeof(DashboardResponse))]
[JsonSerializable(typeof(CreatePublisherRequest))]
[JsonSerializable(typeof(PublisherResponse))]
[JsonSerializable(typeof(Page<PublisherResponse>))]
[JsonSerializable(typeof(CreateBookRequest))]
[JsonSerializable(typeof(BookResponse))]
[JsonSerializable(typeof(Page<BookResponse>))]
[JsonSerializable(typeof(BookAvailabilityResponse))]
[JsonSerializable(typeof(ChangeBookStatusesRequest))]
[JsonSerializable(typeof(ChangedBookStatusesResponse))]
[JsonSerializable(typeof(StartCoverRequest))]
[JsonSerializable(typeof(CoverUploadResponse))]
[JsonSerializable(typeof(SetCoverRequest))]
[JsonSerializable(typeof(CreateRightsWindowRequest))]
[JsonSerializable(typeof(UpdateRightsWindowRequest))]
[JsonSerializable(typeof(RightsWindowResponse))]
[JsonSerializable(typeof(Page<RightsWindowResponse>))]
[JsonSerializable(typeof(Page<RightsCalendarRow>))]
[JsonSerializable(typeof(CreateContractRequest))]
[JsonSerializable(typeof(ContractResponse))]
[JsonSerializable(typeof(Page<ContractResponse>))]
[JsonSerializable(typeof(SetRevenueRequest))]
[JsonSerializable(typeof(RevenuePeriodResponse))]
[JsonSerializable(typeof(Page<RevenuePeriodResponse>))]
[JsonSerializable(typeof(StartUploadRequest))]
[JsonSerializable(typeof(UploadResponse))]
[JsonSerializable(typeof(StartCaptionsRequest))]
[JsonSerializable(typeof(CaptionsUploadResponse))]
[JsonSerializable(typeof(SignPartsRequest))]
[JsonSerializable(typeof(SignPartsResponse))]
[JsonSerializable(typeof(Page<UploadPartResponse>))]
[JsonSerializable(typeof(CompleteUploadRequest))]
[JsonSerializable(typeof(UploadStateResponse))]
[JsonSerializable(typeof(CreateVideoAssetRequest))]
[JsonSerializable(typeof(VideoAssetResponse))]
[JsonSerializable(typeof(Page<VideoAssetResponse>))]
[JsonSerializable(typeof(CreateStatementRequest))]
[JsonSerializable(typeof(IssueStatementRequest))]
[JsonSerializable(typeof(RunStatementsRequest))]
[JsonSerializable(typeof(StatementResponse))]
[JsonSerializable(typeof(Page<ListedStatementResponse>))]
[JsonSerializable(typeof(StatementContent))]
[JsonSerializable(typeof(StatementVerificationResponse))]
[JsonSerializable(typeof(StatementRunResponse))]
[JsonSerializable(typeof(MinutesWatchedResponse))]
[JsonSerializable(typeof(CompletionResponse))]
[JsonSerializable(typeof(DropOffResponse))]
internal sealed partial class ApiJson : JsonSerializerContext;
