package io.persistentmap.platform;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Guards that memory off the heap is given back although the collector does not see it. */
final class OffHeapMemoryTest {
  private static final long BLOCK = 64L << 20;

  @Test
  void allocate_muchMoreThanIsReachable_unreachableIsReleased() {
    long most = 0;
    for (int i = 0; i < 200; i++) { // 12.5 GiB
      OffHeapMemory.allocateUnzeroed(BLOCK).putLong(0, i);
      most = Math.max(most, OffHeapMemory.allocatedBytes());
    }
    assertThat(most).isLessThan(5L << 30);
  }

  @Test
  void allocate_dirtyMemoryBefore_zeroed() {
    for (int i = 0; i < 100; i++) {
      OffHeapMemory memory = OffHeapMemory.allocate(1000);
      for (long at = 0; at < 1000; at += Long.BYTES) {
        assertThat(memory.getLong(at)).isZero();
        memory.putLong(at, -1);
      }
    }
  }
}
