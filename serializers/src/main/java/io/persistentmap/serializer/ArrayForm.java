package io.persistentmap.serializer;

import java.lang.reflect.Array;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Arrays: count, then elements; those of primitive types in their full width. */
final class ArrayForm extends Form {
  private final Class<?> component;
  private final char letter;

  ArrayForm(Class<?> arrayType) {
    component = arrayType.getComponentType();
    letter = Primitives.letter(component);
  }

  @Override
  void writeHead(Object object, GraphWriter out) {
    out.bytes().writeVarInt(Array.getLength(object));
  }

  @Override
  void writeBody(Object object, GraphWriter out) {
    if (object instanceof @Nullable Object[] elements) {
      writeObjects(elements, out);
    } else {
      PrimitiveArrays.write(letter, object, out.bytes());
    }
  }

  private static void writeObjects(@Nullable Object[] elements, GraphWriter out) {
    for (int i = 0; i < elements.length; i++) {
      try {
        out.value(elements[i]);
      } catch (RuntimeException failure) {
        throw Refusal.from(failure).in("[" + i + "]");
      }
    }
  }

  @Override
  Object create(GraphReader in) {
    int count = in.bytes().readVarInt();
    if (letter == Primitives.REFERENCE) {
      in.claim(count);
    } else {
      PrimitiveArrays.requireRoom(letter, count, in.bytes());
    }
    return Array.newInstance(component, count);
  }

  @Override
  Object readBody(@Nullable Object created, GraphReader in) {
    if (created instanceof @Nullable Object[] elements) {
      for (int i = 0; i < elements.length; i++) {
        try {
          elements[i] = in.value();
        } catch (RuntimeException failure) {
          throw Refusal.from(failure).in("[" + i + "]");
        }
      }
      return elements;
    }
    Object array = Objects.requireNonNull(created);
    PrimitiveArrays.read(letter, array, in.bytes());
    return array;
  }
}
