// Why a book does not play: one wording for parents, a gentler one for children.

const forParents = {
  book_not_in_library: 'It is not on the shelf.',
  book_inactive: 'It has been taken out of the catalog.',
  rights_not_started: 'It is not out yet.',
  rights_expired: 'Its publisher’s licence has ended.',
  rights_unavailable: 'It is not available in your country.',
  video_not_ready: 'Its film is still being made.',
  quiet_hours: 'Quiet hours are on.',
  daily_limit_reached: 'Today’s reading time is used up.',
};

const forChildren = {
  book_not_in_library: 'This book is not on your shelf just now.',
  book_inactive: 'This book has gone back to the library.',
  rights_not_started: 'This book is not ready yet. It is coming soon!',
  rights_expired: 'This book has gone back to the library.',
  rights_unavailable: 'This book lives in another country.',
  video_not_ready: 'This story is still being drawn. It is coming soon!',
  quiet_hours: 'It is quiet time now. Your books are sleeping.',
  daily_limit_reached: 'That was a lot of stories for one day. More tomorrow!',
  offline: 'The stories are too far away just now. Try again in a little while.',
};

const resting = {
  rights_not_started: 'Coming soon',
  video_not_ready: 'Coming soon',
  quiet_hours: 'Sleeping',
  daily_limit_reached: 'Tomorrow',
};

export const parentReason = code => forParents[code] ?? 'It cannot be played just now.';
export const kidReason = code => forChildren[code] ?? 'This book is having a rest just now.';
export const kidLabel = code => resting[code] ?? 'Resting';

/** The API may name a better message than its code does. */
export const kidReasonOf = error => forChildren[error.details?.kid_message_key] ?? kidReason(error.code);
