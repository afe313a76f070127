/** Small things kept in this browser for one person, gone when they sign out here. */
const prefix = 'momentum.kept.';

export function readKept<T>(person: string, name: string): T | undefined {
	try {
		const text = localStorage.getItem(`${prefix}${name}.${person}`);
		return text ? (JSON.parse(text) as T) : undefined;
	} catch {
		return undefined;
	}
}

export function writeKept(person: string, name: string, value: unknown): void {
	try {
		localStorage.setItem(`${prefix}${name}.${person}`, JSON.stringify(value));
	} catch {
		// Full or forbidden: then nothing is kept.
	}
}

export function forgetKept(): void {
	try {
		for (const key of Object.keys(localStorage)) if (key.startsWith(prefix)) localStorage.removeItem(key);
	} catch {
		// Forbidden storage kept nothing.
	}
}
