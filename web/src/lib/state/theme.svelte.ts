export type Theme = 'system' | 'light' | 'dark';
export type TextSize = 'small' | 'normal' | 'large' | 'huge';

const themeKey = 'momentum.theme';
const sizeKey = 'momentum.text-size';

function read(key: string): string | null {
	try {
		return localStorage.getItem(key);
	} catch {
		return null;
	}
}

function write(key: string, value: string | null): void {
	try {
		if (value === null) localStorage.removeItem(key);
		else localStorage.setItem(key, value);
	} catch {
		// Storage may be forbidden; the choice then lasts for this page.
	}
}

/** Theme and text size. /theme.js applies the same two keys before first paint. */
class ThemeState {
	choice = $state<Theme>((read(themeKey) as Theme | null) ?? 'system');
	textSize = $state<TextSize>((read(sizeKey) as TextSize | null) ?? 'normal');
	#systemDark = $state(globalThis.matchMedia?.('(prefers-color-scheme: dark)').matches ?? false);

	get dark(): boolean {
		return this.choice === 'dark' || (this.choice === 'system' && this.#systemDark);
	}

	set(choice: Theme): void {
		this.choice = choice;
		write(themeKey, choice === 'system' ? null : choice);
		if (choice === 'system') delete document.documentElement.dataset['theme'];
		else document.documentElement.dataset['theme'] = choice;
		this.#paintBar();
	}

	/** The switch in the bar: to the other of the two that is seen now. */
	toggle(): void {
		this.set(this.dark ? 'light' : 'dark');
	}

	setTextSize(size: TextSize): void {
		this.textSize = size;
		write(sizeKey, size === 'normal' ? null : size);
		if (size === 'normal') delete document.documentElement.dataset['textSize'];
		else document.documentElement.dataset['textSize'] = size;
	}

	/** Called once by the root layout. */
	watch(): () => void {
		const query = matchMedia('(prefers-color-scheme: dark)');
		const change = () => {
			this.#systemDark = query.matches;
			this.#paintBar();
		};
		query.addEventListener('change', change);
		return () => query.removeEventListener('change', change);
	}

	#paintBar(): void {
		const paper = getComputedStyle(document.documentElement).backgroundColor;
		document.querySelector('meta[name="theme-color"]')?.setAttribute('content', paper);
	}
}

export const theme = new ThemeState();
