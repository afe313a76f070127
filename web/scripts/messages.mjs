// Compiles the messages, as the Vite plugin does, for the tools that run without Vite.
import { compile } from '@inlang/paraglide-js';
import { paraglide } from '../paraglide.config.js';

await compile(paraglide);
