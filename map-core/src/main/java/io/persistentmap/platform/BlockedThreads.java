package io.persistentmap.platform;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import org.jspecify.annotations.Nullable;

/**
 * Tells what keeps a thread from going on, as far as the virtual machine knows: of virtual threads,
 * and where the module {@code java.management} is missing, it knows nothing.
 */
public final class BlockedThreads {
  /** Frames among which that of the program is looked for. */
  private static final int FRAMES = 100;

  private static final @Nullable ThreadMXBean BEAN = bean();

  private BlockedThreads() {}

  private static @Nullable ThreadMXBean bean() {
    try {
      return ManagementFactory.getThreadMXBean();
    } catch (LinkageError e) {
      return null;
    }
  }

  /** Returns the number of the thread whose monitor a thread waits for, or -1. */
  @SuppressWarnings("deprecation") // threadId() came with 19
  public static long ownerOfMonitor(Thread thread) {
    if (thread.getState() != Thread.State.BLOCKED) {
      return -1;
    }
    ThreadInfo info = info(thread.getId(), 0);
    return info == null ? -1 : info.getLockOwnerId();
  }

  /** Tells who has the monitor that a thread waits for, and where that thread is. */
  @SuppressWarnings("deprecation") // threadId() came with 19
  public static String describeOwnerOfMonitor(Thread thread) {
    ThreadInfo waiting = info(thread.getId(), 0);
    long owner = waiting == null ? -1 : waiting.getLockOwnerId();
    ThreadInfo info = owner < 0 ? null : info(owner, FRAMES);
    return info == null
        ? "a thread that can't be named (a virtual one, say)"
        : "thread " + info.getThreadName() + " (" + describe(info.getStackTrace()) + ")";
  }

  /** Says whether a thread waits for a monitor or a lock, without end. */
  public static boolean isHeldUp(Thread thread) {
    Thread.State state = thread.getState();
    return state == Thread.State.BLOCKED || state == Thread.State.WAITING;
  }

  /** Tells where a thread is. */
  public static String describe(Thread thread) {
    return describe(thread.getStackTrace());
  }

  /** The first frame, and the first one that is not the JDK's own. */
  private static String describe(StackTraceElement[] frames) {
    if (frames.length == 0) {
      return "in no method";
    }
    for (StackTraceElement frame : frames) {
      String module = frame.getModuleName();
      if (module == null || !module.startsWith("java.")) {
        return frame.equals(frames[0])
            ? "at " + frame
            : "at " + frames[0] + ", called from " + frame;
      }
    }
    return "at " + frames[0];
  }

  /** Returns the nanoseconds of a processor that a thread has had, or -1 if that is not known. */
  @SuppressWarnings("deprecation") // threadId() came with 19
  public static long processorNanos(Thread thread) {
    try {
      return BEAN == null ? -1 : BEAN.getThreadCpuTime(thread.getId());
    } catch (UnsupportedOperationException e) {
      return -1;
    }
  }

  private static @Nullable ThreadInfo info(long thread, int frames) {
    return BEAN == null ? null : BEAN.getThreadInfo(thread, frames);
  }
}
