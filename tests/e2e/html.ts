// After the last test: every page that was kept goes through the Nu HTML checker, in one Java process.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';

/** What the checker says and we do not mend, each with its reason. */
const exceptions: { message: RegExp; reason: string }[] = [];

interface Message {
	type: string;
	url: string;
	lastLine?: number;
	message: string;
	extract?: string;
}

export default function check(): void {
	const base = process.env['MOMENTUM_E2E'] ?? '';
	const pages = join(base, 'pages');
	if (!existsSync(pages)) return;
	const count = readdirSync(pages).length;
	const jar = join(__dirname, '../../web/node_modules/vnu-jar/build/dist/vnu.jar');
	const ran = spawnSync('java', ['-Xss1m', '-jar', jar, '--format', 'json', '--stdout', '--exit-zero-always', '--errors-only', pages], {
		encoding: 'utf8',
		maxBuffer: 64 << 20
	});
	if (ran.error) {
		console.log(`HTML checker: skipped, Java is missing (${ran.error.message}).`);
		return;
	}
	if (ran.status !== 0) throw new Error(`The HTML checker failed:\n${ran.stderr}`);
	const { messages } = JSON.parse(ran.stdout) as { messages: Message[] };
	const wrong = messages.filter((m) => !exceptions.some((e) => e.message.test(m.message)));
	console.log(`HTML checker: ${count} rendered pages, ${wrong.length} errors.`);
	if (wrong.length === 0) {
		rmSync(pages, { recursive: true, force: true });
		return;
	}
	const lines = wrong.map((m) => `  ${basename(m.url)}: ${m.message}\n    ${(m.extract ?? '').replace(/\s+/g, ' ')}`);
	throw new Error(`The HTML checker found errors (pages in ${pages}):\n${[...new Set(lines)].slice(0, 60).join('\n')}`);
}
