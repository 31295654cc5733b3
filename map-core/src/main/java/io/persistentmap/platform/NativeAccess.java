package io.persistentmap.platform;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;

/**
 * Grants this library what JDK 24 and later only grant with warnings on stderr: {@code
 * sun.misc.Unsafe} memory access (Chronicle) and loading a native library (JNA).
 *
 * <p>It sets the two flags that the JVM itself sets after its first warning, so that nothing is
 * printed. Whoever forbade the access on the command line ({@code --illegal-native-access=deny},
 * {@code --sun-misc-unsafe-memory-access=deny}) still gets the refusal, and {@code
 * -Dpersistentmap.nativeAccess=false} leaves everything to the JVM. See {@code
 * docs/decisions/0003-no-line-on-stderr.md}.
 */
final class NativeAccess {
  private static final int FIRST_JDK_THAT_WARNS = 24;

  private NativeAccess() {}

  /** Runs once, in the static initialiser. */
  static void enable() {}

  static {
    if (Runtime.version().feature() >= FIRST_JDK_THAT_WARNS
        && !"false".equals(System.getProperty("persistentmap.nativeAccess"))) {
      grant();
    }
  }

  /** A JVM whose internals differ gives its warnings, and works all the same. */
  @SuppressWarnings("CatchAndPrintStackTrace")
  private static void grant() {
    try {
      Field warned = sun.misc.Unsafe.class.getDeclaredField("memoryAccessWarned");
      warned.setAccessible(true);
      warned.setBoolean(null, true);
      MethodHandles.Lookup lookup = trustedLookup();
      if (!nativeAccessDenied(lookup)) {
        lookup
            .findStatic(
                Module.class,
                "implAddEnableNativeAccessToAllUnnamed",
                MethodType.methodType(void.class))
            .invoke();
      }
    } catch (Throwable e) { // whatever it is: the price of failing here is a warning on stderr
      if (e instanceof VirtualMachineError error) {
        throw error;
      }
    }
  }

  @SuppressWarnings("removal")
  private static MethodHandles.Lookup trustedLookup() throws ReflectiveOperationException {
    Field instance = sun.misc.Unsafe.class.getDeclaredField("theUnsafe");
    instance.setAccessible(true);
    sun.misc.Unsafe unsafe = (sun.misc.Unsafe) instance.get(null);
    Field trusted = MethodHandles.Lookup.class.getDeclaredField("IMPL_LOOKUP");
    return (MethodHandles.Lookup)
        unsafe.getObject(unsafe.staticFieldBase(trusted), unsafe.staticFieldOffset(trusted));
  }

  private static boolean nativeAccessDenied(MethodHandles.Lookup lookup) throws Throwable {
    Class<?> bootstrap = Class.forName("jdk.internal.module.ModuleBootstrap");
    Class<?> policy = Class.forName("jdk.internal.module.ModuleBootstrap$IllegalNativeAccess");
    Object value =
        lookup.findStatic(bootstrap, "illegalNativeAccess", MethodType.methodType(policy)).invoke();
    return "DENY".equals(String.valueOf(value));
  }
}
