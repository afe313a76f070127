// Runs before first paint: the person's theme and text size, from this browser.
(function () {
	var root = document.documentElement;
	try {
		var theme = localStorage.getItem('momentum.theme');
		if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
		var size = localStorage.getItem('momentum.text-size');
		if (size === 'small' || size === 'large' || size === 'huge') root.dataset.textSize = size;
	} catch {
		// Storage may be forbidden; the system's choice holds.
	}
	var dark = root.dataset.theme === 'dark' || (!root.dataset.theme && matchMedia('(prefers-color-scheme: dark)').matches);
	var meta = document.querySelector('meta[name="theme-color"]');
	if (meta && dark) meta.setAttribute('content', '#0c1512');
})();
