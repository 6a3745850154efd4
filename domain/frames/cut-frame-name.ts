/**
 * The file name of a frame cut out of a video.
 *
 * @param number  its place among the frames cut from the video, from 0
 */
export function cutFrameName(number: number): string {
  return `frame_${String(number).padStart(6, '0')}.jpg`;
}
