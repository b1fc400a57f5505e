namespace Storytime.Videos;

/// <summary>What an editor can do about a video that failed. Codes of MediaConvert: https://docs.aws.amazon.com/mediaconvert/latest/ug/mediaconvert_error_codes.html</summary>
internal static class JobAdvice
{
    public static string For(string errorCode) => errorCode switch
    {
        "no_video_track" or "1020" => "The file has no picture. Export the film anew as MP4 or MOV with H.264 video, and upload it.",
        "unreadable_master" or "1010" or "1075" or "1076" => "The file is damaged, or not whole. Export the film anew, play it once to the end, and upload it.",
        "1021" => "The sound of the file cannot be read. Export the film anew with AAC sound, or with none, and upload it.",
        "1030" => "The film is in a format that cannot be read. Export it as MP4 or MOV with H.264 video and AAC sound, and upload it.",
        "1040" or "1042" or "job_refused" => "The settings do not fit this film. Tell an operator, with the id of this video: it is no fault of the file.",
        "master_replaced" => "Somebody uploaded another file to the same address. Try again to take it as it is now, or upload the right one.",
        "1404" => "The file is not in the bucket any more. Upload it again.",
        "1401" or "1432" or "1433" or "1434" or "1515" => "MediaConvert may not read or write the buckets. Tell an operator: its role needs mending. Then try again.",
        "outputs_missing" or "1517" or "1522" or "1550" or "1999" or "job_not_found" => "Something went wrong at MediaConvert. Try again; if it fails once more, tell an operator.",
        "canceled" => "The job was canceled. Try again to make it anew.",
        _ => "Try again. If it fails once more, upload the film anew, or tell an operator the id of this video.",
    };
}
