/** @type {import('@inlang/paraglide-js').CompilerOptions} */
export const paraglide = {
	project: './project.inlang',
	outdir: './src/lib/paraglide',
	// The language is a setting of the person, kept in this browser; never part of the address.
	strategy: ['localStorage', 'preferredLanguage', 'baseLocale'],
	localStorageKey: 'momentum.locale',
	emitGitIgnore: false,
	emitReadme: false,
	emitPrettierIgnore: false
};
