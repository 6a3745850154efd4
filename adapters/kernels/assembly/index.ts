// The one module of all kernels. They take addresses into its memory and allocate nothing.
export { resampleAcross, resampleAlong } from './resample';
export { multiplyRows, multiplyRowsByFour } from './search';

/** The first byte that the module does not use itself; a multiple of 16. */
export function dataStart(): usize {
  return (__heap_base + 15) & ~15;
}
