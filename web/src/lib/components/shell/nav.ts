import type { IconType } from '../ui/icon.ts';

export interface NavItem {
	href: string;
	label: string;
	/** For the tab bar, where room is short. */
	short?: string;
	icon: IconType;
	/** Only the very path counts (for "/"). */
	exact?: boolean;
	count?: number;
}

/** Whether `path` lies at or under the item. */
export function isCurrent(item: Pick<NavItem, 'href' | 'exact'>, path: string): boolean {
	if (item.exact || item.href === '/') return path === item.href;
	return path === item.href || path.startsWith(`${item.href}/`);
}
