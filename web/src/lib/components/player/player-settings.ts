/** How somebody likes films: kept in this browser. */
export interface PlayerSettings {
	rate: number;
	captions: boolean;
	size: 'small' | 'normal' | 'large';
	ground: 'solid' | 'soft' | 'none';
}

const key = 'momentum.player';
export const defaults: PlayerSettings = { rate: 1, captions: true, size: 'normal', ground: 'soft' };

export function readSettings(): PlayerSettings {
	try {
		const kept = JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<PlayerSettings>;
		return {
			rate: typeof kept.rate === 'number' && kept.rate >= 0.5 && kept.rate <= 2 ? kept.rate : defaults.rate,
			captions: typeof kept.captions === 'boolean' ? kept.captions : defaults.captions,
			size: (['small', 'normal', 'large'] as const).find((s) => s === kept.size) ?? defaults.size,
			ground: (['solid', 'soft', 'none'] as const).find((g) => g === kept.ground) ?? defaults.ground
		};
	} catch {
		return { ...defaults };
	}
}

export function keepSettings(settings: PlayerSettings): void {
	try {
		localStorage.setItem(key, JSON.stringify(settings));
	} catch {
		// Storage may be forbidden; the choice then lasts for this page.
	}
}
