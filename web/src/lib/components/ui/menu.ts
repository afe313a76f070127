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
