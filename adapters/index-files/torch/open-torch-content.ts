import type { ByteSource } from '../byte-source.ts';
import type { TorchContent } from './torch-content.ts';
import { damaged } from './torch-file-error.ts';
import { openLegacyTorchFile } from './torch-legacy.ts';
import { openTorchArchive } from './torch-zip-reader.ts';

const zipSignature = Uint8Array.of(0x50, 0x4b, 0x03, 0x04);
const pickleSignature = 0x80;

/**
 * Opens what `torch.save` wrote: a zip archive, or five pickles and raw numbers before torch 1.6.
 *
 * @throws {TorchFileError} when it is neither
 */
export async function openTorchContent(source: ByteSource): Promise<TorchContent> {
  const checked: ByteSource = {
    size: source.size,
    async read(position, length) {
      if (!(position + length <= source.size)) throw damaged('it ends too early');
      return source.read(position, length);
    },
  };
  if (source.size < zipSignature.length) throw damaged('it is not a file of torch.save');
  const head = await checked.read(0, zipSignature.length);
  if (head[0] === pickleSignature) return openLegacyTorchFile(checked);
  if (zipSignature.every((value, at) => head[at] === value)) return openTorchArchive(checked);
  throw damaged('it is not a file of torch.save');
}
