package io.persistentmap.serializer;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;

/** How one field, or component of a record, is taken from an object and written. */
final class FieldAccess {
  /** Not a scalar: the class of the value decides. */
  private static final int ANY = -1;

  private final String name;
  private final char letter;
  private final int scalar;
  private final boolean canBeTransient;

  /** Takes the object, as an object, and returns the primitive type or an object. */
  private final MethodHandle getter;

  /**
   * Creates the access.
   *
   * @param name the name, for messages
   * @param type the declared type
   * @param getter takes the object and returns the value
   * @param canBeTransient whether it is a field, and not a component of a record
   */
  FieldAccess(String name, Class<?> type, MethodHandle getter, boolean canBeTransient) {
    this.name = name;
    this.canBeTransient = canBeTransient;
    this.letter = Primitives.letter(type);
    this.scalar = TypeTraits.isFinalScalar(type) ? TypeTraits.of(type).tag() : ANY;
    Class<?> result = type.isPrimitive() ? type : Object.class;
    this.getter = getter.asType(MethodType.methodType(result, Object.class));
  }

  /** Appends the value that an object has. */
  void write(Object owner, GraphWriter out) {
    try {
      if (letter == Primitives.REFERENCE) {
        writeReference((Object) getter.invokeExact(owner), out);
      } else {
        writePrimitive(owner, out.bytes());
      }
    } catch (Throwable failure) {
      throw Refusal.from(failure).inField(name, canBeTransient);
    }
  }

  private void writeReference(Object value, GraphWriter out) {
    if (scalar == ANY || value == null) {
      out.value(value);
    } else {
      ScalarCodec.write(scalar, value, out.bytes());
    }
  }

  private void writePrimitive(Object owner, ByteWriter out) throws Throwable {
    switch (letter) {
      case 'Z' -> out.writeByte((boolean) getter.invokeExact(owner) ? 1 : 0);
      case 'B' -> out.writeByte((byte) getter.invokeExact(owner));
      case 'S' -> out.writeShort((short) getter.invokeExact(owner));
      case 'C' -> out.writeShort((char) getter.invokeExact(owner));
      case 'I' -> out.writeInt((int) getter.invokeExact(owner));
      case 'J' -> out.writeLong((long) getter.invokeExact(owner));
      case 'F' -> out.writeInt(Float.floatToIntBits((float) getter.invokeExact(owner)));
      default -> out.writeLong(Double.doubleToLongBits((double) getter.invokeExact(owner)));
    }
  }

  /** Returns the value that an object has, boxed. */
  Object get(Object owner) {
    try {
      return getter.invoke(owner);
    } catch (Throwable failure) {
      throw Failures.unchecked(failure);
    }
  }
}
