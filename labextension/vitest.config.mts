import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { environment: 'jsdom', include: ['tests/**/*.test.ts'], passWithNoTests: true, maxWorkers: 2, minWorkers: 1 }
});
