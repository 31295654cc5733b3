package io.persistentmap.serializer;

import org.jspecify.annotations.Nullable;

/**
 * Constants of an enum: the name. So the bytes of a constant stay the same whatever becomes of the
 * others.
 */
final class EnumForm extends Form {
  private final Class<?> type;

  EnumForm(Class<?> type) {
    this.type = type;
  }

  @Override
  void writeBody(Object object, GraphWriter out) {
    StringCodec.write(((Enum<?>) object).name(), out.bytes());
  }

  @Override
  Object readBody(@Nullable Object created, GraphReader in) {
    return constant(type, StringCodec.read(in.bytes()));
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // the type of an enum class found at run time
  private static Object constant(Class<?> type, String name) {
    try {
      return Enum.valueOf((Class<? extends Enum>) type, name);
    } catch (IllegalArgumentException removed) {
      throw new SerializationException(
          "enum "
              + type.getName()
              + " has no "
              + name
              + "; add the constant again, or open the map with the enum as it was",
          removed);
    }
  }
}
