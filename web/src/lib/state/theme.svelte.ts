export type Theme = 'system' | 'light' | 'dark';
export type TextSize = 'small' | 'normal' | 'large' | 'huge';

const themeKey = 'momentum.theme';
const sizeKey = 'momentum.text-size';

const factors: Record<TextSize, number> = { small: 0.9, normal: 1, large: 1.15, huge: 1.3 };

/** The profile keeps the factor; the page a word. */
export function sizeOf(factor: number): TextSize {
	const found = (Object.keys(factors) as TextSize[]).find((s) => Math.abs(factors[s] - factor) < 0.01);
	return found ?? 'normal';
}

export function factorOf(size: TextSize): number {
	return factors[size];
}

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
		this.keep(this.choice);
	}

	/** Saves the choice with the person; set by lib/state/session. */
	keep: (choice: Theme) => void = () => {};

	setTextSize(size: TextSize): void {
		this.textSize = size;
		write(sizeKey, size === 'normal' ? null : size);
		if (size === 'normal') delete document.documentElement.dataset['textSize'];
		else document.documentElement.dataset['textSize'] = size;
	}

	/** The choice kept in the person's profile holds on every device. */
	follow(profile: { theme: Theme; text_size: number }): void {
		if (profile.theme !== this.choice) this.set(profile.theme);
		const size = sizeOf(profile.text_size);
		if (size !== this.textSize) this.setTextSize(size);
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
