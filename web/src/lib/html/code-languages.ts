import type { LanguageFn } from 'highlight.js';

export interface CodeLanguage {
	/** As a body names it: `language-…`. */
	name: string;
	/** As people call it. */
	label: string;
	also?: readonly string[];
	load: () => Promise<{ default: LanguageFn }>;
}

/** What code is coloured in; each grammar is fetched when a block needs it. */
export const codeLanguages: readonly CodeLanguage[] = [
	{ name: 'bash', label: 'Bash', also: ['sh', 'shell', 'zsh'], load: () => import('highlight.js/lib/languages/bash') },
	{ name: 'c', label: 'C', also: ['h'], load: () => import('highlight.js/lib/languages/c') },
	{ name: 'csharp', label: 'C#', also: ['c#', 'cs'], load: () => import('highlight.js/lib/languages/csharp') },
	{ name: 'cpp', label: 'C++', also: ['c++', 'cc', 'hpp'], load: () => import('highlight.js/lib/languages/cpp') },
	{ name: 'css', label: 'CSS', load: () => import('highlight.js/lib/languages/css') },
	{ name: 'diff', label: 'Diff', also: ['patch'], load: () => import('highlight.js/lib/languages/diff') },
	{ name: 'go', label: 'Go', also: ['golang'], load: () => import('highlight.js/lib/languages/go') },
	{ name: 'html', label: 'HTML', also: ['xml', 'svg'], load: () => import('highlight.js/lib/languages/xml') },
	{ name: 'java', label: 'Java', load: () => import('highlight.js/lib/languages/java') },
	{ name: 'javascript', label: 'JavaScript', also: ['js', 'jsx', 'mjs'], load: () => import('highlight.js/lib/languages/javascript') },
	{ name: 'json', label: 'JSON', load: () => import('highlight.js/lib/languages/json') },
	{ name: 'kotlin', label: 'Kotlin', also: ['kt'], load: () => import('highlight.js/lib/languages/kotlin') },
	{ name: 'php', label: 'PHP', load: () => import('highlight.js/lib/languages/php') },
	{ name: 'powershell', label: 'PowerShell', also: ['ps1', 'ps'], load: () => import('highlight.js/lib/languages/powershell') },
	{ name: 'python', label: 'Python', also: ['py'], load: () => import('highlight.js/lib/languages/python') },
	{ name: 'r', label: 'R', load: () => import('highlight.js/lib/languages/r') },
	{ name: 'ruby', label: 'Ruby', also: ['rb'], load: () => import('highlight.js/lib/languages/ruby') },
	{ name: 'rust', label: 'Rust', also: ['rs'], load: () => import('highlight.js/lib/languages/rust') },
	{ name: 'sql', label: 'SQL', load: () => import('highlight.js/lib/languages/sql') },
	{ name: 'swift', label: 'Swift', load: () => import('highlight.js/lib/languages/swift') },
	{ name: 'toml', label: 'TOML', also: ['ini'], load: () => import('highlight.js/lib/languages/ini') },
	{ name: 'typescript', label: 'TypeScript', also: ['ts', 'tsx'], load: () => import('highlight.js/lib/languages/typescript') },
	{ name: 'yaml', label: 'YAML', also: ['yml'], load: () => import('highlight.js/lib/languages/yaml') }
];

export const codeLanguage = (name: string): CodeLanguage | undefined => codeLanguages.find((l) => l.name === name || l.also?.includes(name));
