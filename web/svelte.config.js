import adapter from '@sveltejs/adapter-static';

// Kit reads this file again in the process that writes 200.html: both must see one build id.
process.env.MOMENTUM_BUILD_ID ??= String(Date.now());

/** @type {import('@sveltejs/kit').Config} */
const config = {
	compilerOptions: { runes: ({ filename }) => (filename.includes('node_modules') ? undefined : true) },
	kit: {
		// The server answers every unknown page with 200.html; brotli copies are what it embeds.
		adapter: adapter({ pages: 'build', assets: 'build', fallback: '200.html', precompress: true }),
		paths: { relative: false },
		// The build id is compared by version polling. A release passes its own, so that builds repeat.
		version: { name: process.env.MOMENTUM_BUILD_ID, pollInterval: 5 * 60_000 },
		// Registered by hand, through a Trusted Types policy.
		serviceWorker: { register: false },
		// No csp here: the server hashes the start script of 200.html and sends one header.
		typescript: {
			config: (c) => ({
				...c,
				include: [...c.include, '../scripts/**/*.mjs', '../*.config.ts']
			})
		}
	}
};

export default config;
