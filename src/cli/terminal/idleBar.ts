import {SingleBar} from "cli-progress";

/** A bar that keeps no process alive by drawing itself: what waits for nothing that can come is noticed when there is no more to do. */
export class IdleBar extends SingleBar {
  override render(): void {
    super.render();
    (this as unknown as {timer: NodeJS.Timeout | null}).timer?.unref();
  }
}
