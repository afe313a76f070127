import type { IconType } from './icon.ts';

export type MenuEntry =
	| 'rule'
	| {
			label: string;
			icon?: IconType;
			href?: string;
			onselect?: () => void;
			danger?: boolean;
			disabled?: boolean;
	  };

/** What a menu's trigger spreads on its button. */
export interface MenuTrigger {
	'aria-haspopup': 'menu';
	'aria-expanded': boolean;
	'aria-controls': string | undefined;
	onpointerdown: () => void;
	onclick: (e: MouseEvent) => void;
	onkeydown: (e: KeyboardEvent) => void;
}

/** What a menu puts on the button that opens it; any of our buttons takes these. */
export interface MenuTrigger {
	'aria-haspopup': 'menu';
	'aria-expanded': boolean;
	'aria-controls': string | undefined;
	onpointerdown: () => void;
	onclick: (e: MouseEvent) => void;
	onkeydown: (e: KeyboardEvent) => void;
}
