import type Check from '@lucide/svelte/icons/check';

/** Any Lucide icon, imported by its own file: `import Bell from '@lucide/svelte/icons/bell'`. */
export type IconType = typeof Check;
