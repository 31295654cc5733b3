package io.persistentmap.serializer;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/** Methods of JDK classes, past what a user's subclass made of them. */
final class SuperMethod {
  private SuperMethod() {}

  /**
   * Finds one.
   *
   * @param ofJdk the class that has it
   * @param subclass on whose objects it is called
   * @throws Refusal if the module of the subclass keeps it closed
   */
  static MethodHandle find(Class<?> ofJdk, Class<?> subclass, String name, MethodType type) {
    try {
      return MethodHandles.privateLookupIn(subclass, MethodHandles.lookup())
          .findSpecial(ofJdk, name, type, subclass);
    } catch (ReflectiveOperationException closed) {
      throw new Refusal(Opening.message(subclass), closed);
    }
  }
}
