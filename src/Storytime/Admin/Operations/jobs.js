// What Hangfire's pages do not tell a screen reader.
document.documentElement.lang = 'en';
document.querySelectorAll('.js-jobs-list-select-all').forEach(box => box.setAttribute('aria-label', 'All on this page'));
document.querySelectorAll('.js-jobs-list-checkbox').forEach(box => box.setAttribute('aria-label', `Job ${box.value}`));
document.querySelectorAll('button.navbar-toggle').forEach(button => button.setAttribute('aria-label', 'Menu'));
