package io.persistentmap.platform;

/** What a process has in use on the heap and off it, after collecting garbage. */
public final class MemoryInUse {
  private MemoryInUse() {}

  /** Returns the bytes. */
  public static long bytes() {
    for (int i = 0; i < 3; i++) {
      OffHeapMemory.collectUnreachable(); // what is off the heap goes with it
    }
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory() + OffHeapMemory.allocatedBytes();
  }
}
