package io.persistentmap.live;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What runs in the static initialiser of one of the classes of {@link InitializedProgram}. */
public final class InitializerHook {
  private static final AtomicReference<@Nullable Runnable> PROGRAM = new AtomicReference<>();
  private static volatile String place = "";

  private InitializerHook() {}

  /** Lets a program run where a class is initialised, once. */
  static void set(String simpleName, Runnable program) {
    place = simpleName;
    PROGRAM.set(program);
  }

  /** Called by the initialisers. */
  public static void reached(Class<?> type) {
    if (type.getSimpleName().equals(place)) {
      Runnable program = PROGRAM.getAndSet(null);
      if (program != null) {
        program.run();
      }
    }
  }
}
