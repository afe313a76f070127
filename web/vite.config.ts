import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';
import { paraglide } from './paraglide.config.js';

const server = 'http://127.0.0.1:8080';

export default defineConfig({
	plugins: [tailwindcss(), paraglideVitePlugin(paraglide), sveltekit(), svelteTesting()],
	build: {
		// light-dark(), oklch() and nesting go out as written.
		target: ['chrome123', 'edge123', 'firefox128', 'safari17.5'],
		// data: URLs would need a looser content policy.
		assetsInlineLimit: 0,
		rolldownOptions: {
			output: {
				// What nearly every page needs comes in two files instead of forty.
				codeSplitting: {
					groups: [
						{ name: 'framework', test: /node_modules[\\/](svelte|@sveltejs|esm-env|clsx|devalue|openapi-fetch)[\\/]/, minShareCount: 2 },
						// Controls travel together: their small stylesheets pack far better as one.
						{ name: 'controls', test: /src[\\/]lib[\\/]components[\\/]ui[\\/](?!Switch|RadioGroup|TextArea|Segmented|DataTable|Checkbox)/, minShareCount: 5 },
						{ name: 'base', test: /src[\\/]lib[\\/](?!styles[\\/]|components[\\/](player|ui|media|publish|editor|admin|course|saved|mine|today|profile|auth)[\\/])|node_modules[\\/]@lucide/, minShareCount: 4 }
					]
				}
			}
		}
	},
	server: {
		proxy: { '/api': server, '/branding': server, '/manifest.webmanifest': server, '/media': server }
	},
	test: {
		environment: 'happy-dom',
		include: ['src/**/*.test.ts'],
		setupFiles: ['src/test-setup.ts'],
		restoreMocks: true
	}
});
