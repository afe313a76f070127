import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const noBarrelIcons = {
	paths: [
		{ name: '@lucide/svelte', message: 'Import one icon: @lucide/svelte/icons/<name>.' },
		{ name: 'svelte/store', message: 'Runes in lib/state hold state; no stores.' },
		{ name: '$app/stores', message: 'Use $app/state.' }
	],
	patterns: [
		{ group: ['$lib', '$lib/*'], message: 'Use #lib/… with the file ending.' },
		{ regex: '^#lib/(?!.*\\.(ts|js|svelte|json|css|d\\.ts)$).+', message: 'Write the file ending.' }
	]
};

export default ts.config(
	{ ignores: ['build/', '.svelte-kit/', 'src/lib/paraglide/', 'src/lib/api/schema.d.ts'] },
	js.configs.recommended,
	...ts.configs.recommended,
	...svelte.configs.recommended,
	{
		languageOptions: { globals: { ...globals.browser, ...globals.node } },
		rules: {
			'no-restricted-imports': ['error', noBarrelIcons],
			'no-undef': 'off',
			// The app is served from the root; links are plain paths.
			'svelte/no-navigation-without-resolve': 'off',
			'@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
			'max-lines': ['error', { max: 400 }]
		}
	},
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: {
			parserOptions: { extraFileExtensions: ['.svelte'], parser: ts.parser, svelteConfig }
		},
		rules: {
			// Strict CSP: no style attributes. Use style:prop.
			'no-restricted-syntax': [
				'error',
				{ selector: 'SvelteAttribute[key.name="style"]', message: 'A style attribute breaks the content policy: use style:prop.' }
			],
			'svelte/no-at-html-tags': 'error',
			'svelte/require-each-key': 'error',
			'svelte/button-has-type': 'error',
			'svelte/no-target-blank': 'error'
		}
	},
	{
		// Components know no data source: pages and lib/state fetch.
		files: ['src/lib/components/**'],
		rules: {
			'no-restricted-imports': [
				'error',
				{
					...noBarrelIcons,
					patterns: [
						...noBarrelIcons.patterns,
						{ group: ['#lib/api/client.ts'], message: 'Components take data and call back; they never fetch.' }
					]
				}
			]
		}
	},
	{ files: ['scripts/**'], rules: { 'no-console': 'off' } }
);
