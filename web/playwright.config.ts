import { mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { defineConfig } from '@playwright/test';

// The journeys stand at the root of the repository; their packages are installed here.
process.env.NODE_PATH = [join(import.meta.dirname, 'node_modules'), process.env.NODE_PATH].filter(Boolean).join(delimiter);
const module_ = createRequire(import.meta.url)('node:module') as { Module: { _initPaths(): void } };
module_.Module._initPaths();

// A folder of its own for each run: traces of what failed, rendered pages, measurements. Two runs at
// the same time do not meet. Workers inherit it.
const results = (process.env.MOMENTUM_E2E ??= mkdtempSync(join(tmpdir(), 'momentum-e2e-results-')));

export default defineConfig({
	testDir: '../tests/e2e',
	outputDir: join(results, 'traces'),
	globalTeardown: '../tests/e2e/html.ts',
	// One server a worker; two cores are what CI has.
	workers: Number(process.env.MOMENTUM_WORKERS ?? 2),
	timeout: 120_000,
	expect: { timeout: 10_000 },
	retries: 0,
	forbidOnly: Boolean(process.env.CI),
	// How soon a page stands is only worth asking when nothing else runs.
	projects: [
		{ name: 'all', testIgnore: '**/speed.spec.ts' },
		{ name: 'speed', testMatch: '**/speed.spec.ts', dependencies: ['all'] }
	],
	reporter: [['list']],
	use: {
		actionTimeout: 20_000,
		locale: 'en-GB',
		timezoneId: 'Europe/Berlin',
		reducedMotion: 'reduce',
		// Without pictures: a software renderer pays for each.
		trace: { mode: 'retain-on-failure', screenshots: false },
		launchOptions: {
			executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
			args: [
				'--headless=new',
				'--no-sandbox',
				'--disable-gpu',
				'--disable-quic',
				'--no-first-run',
				'--disable-background-networking',
				'--disable-component-update',
				'--disable-sync'
			]
		}
	}
});
