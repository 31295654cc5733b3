package io.persistentmap.serializer;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Objects of a JDK class that consist of a few values, of which they are made again.
 *
 * @param <T> the class
 */
final class ValuesForm<T> extends Form {
  private final int count;
  private final Function<T, @Nullable Object[]> take;
  private final Function<Values, T> make;

  /**
   * Creates the form.
   *
   * @param count the number of values
   * @param take returns the values of an object
   * @param make returns an object of these values
   */
  ValuesForm(int count, Function<T, @Nullable Object[]> take, Function<Values, T> make) {
    this.count = count;
    this.take = take;
    this.make = make;
  }

  int count() {
    return count;
  }

  @SuppressWarnings("unchecked") // the form was chosen for the class
  private @Nullable Object[] valuesOf(Object object) {
    try {
      return take.apply((T) object);
    } catch (IndexOutOfBoundsException | NegativeArraySizeException torn) { // a StringBuilder, say
      throw Changed.exception(object.getClass(), torn);
    }
  }

  @Override
  void writeBody(Object object, GraphWriter out) {
    for (Object value : valuesOf(object)) {
      out.value(value);
    }
  }

  @Override
  Object readBody(@Nullable Object created, GraphReader in) {
    long mark = in.beginMaking();
    Values values = new Values(in.values(count));
    in.endMaking(mark);
    T made = make.apply(values);
    if (in.notesLayout() && JdkWrappers.hasOrderOfProcess(made)) {
      in.setInOldLayout();
    }
    return made;
  }

  /** The values of one object, while it is made. */
  static final class Values {
    private final @Nullable Object[] values;

    Values(@Nullable Object[] values) {
      this.values = values;
    }

    /** Returns a value that may be null. */
    @Nullable Object orNull(int index) {
      return values[index];
    }

    /**
     * Returns a value.
     *
     * @throws SerializationException if it is not of this class
     */
    <V> V get(int index, Class<V> type) {
      Object value = values[index];
      if (!type.isInstance(value)) {
        String found = value == null ? "null" : "a " + value.getClass().getName();
        throw new SerializationException("found " + found + " in place of a " + type.getName());
      }
      return type.cast(value);
    }

    String text(int index) {
      return get(index, String.class);
    }

    int number(int index) {
      return get(index, Integer.class);
    }

    long big(int index) {
      return get(index, Long.class);
    }

    boolean flag(int index) {
      return get(index, Boolean.class);
    }
  }
}
