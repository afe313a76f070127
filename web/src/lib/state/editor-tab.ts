import { uuid } from './uuid.ts';

const name = 'momentum.tab';
const lock = (tab: string) => `momentum-tab-${tab}`;

let mine: string | undefined;

/** This window's name; it outlives a reload, and a window that was closed is known to be gone. */
export function tabId(): string {
	if (mine) return mine;
	let kept: string | null = null;
	try {
		kept = sessionStorage.getItem(name);
	} catch {
		// Forbidden storage: a name for this page only.
	}
	mine = kept ?? uuid();
	try {
		sessionStorage.setItem(name, mine);
	} catch {
		// As above.
	}
	// Held as long as the window lives.
	void navigator.locks?.request(lock(mine), () => new Promise(() => {}));
	return mine;
}

/** The windows of this browser that are open now. */
export async function openTabs(): Promise<Set<string>> {
	const held = (await navigator.locks?.query().catch(() => undefined))?.held ?? [];
	return new Set(held.flatMap((l) => (l.name?.startsWith('momentum-tab-') ? [l.name.slice(13)] : [])));
}
