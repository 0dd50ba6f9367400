"""The memory of tiles: the latest, up to a number of bytes."""

from concurrent.futures import ThreadPoolExecutor

from layers.tiles.cache import TileCache


def room_for(tiles, size):
    return TileCache(tiles * (size + TileCache.ENTRY))


def test_what_was_put_is_found_again_even_when_it_is_empty():
    cache = TileCache(10_000)
    cache.put("a", b"tile")
    cache.put("b", b"")
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (b"tile", b"", None)


def test_the_tile_that_nobody_asked_for_the_longest_goes_first():
    cache = room_for(2, 100)
    cache.put("a", b"x" * 100)
    cache.put("b", b"x" * 100)
    cache.get("a")
    cache.put("c", b"x" * 100)
    assert cache.get("a")
    assert cache.get("b") is None


def test_a_tile_put_twice_is_counted_once():
    cache = TileCache(10_000)
    for _ in range(3):
        cache.put("a", b"x" * 100)
    assert (len(cache), cache.size) == (1, 100 + TileCache.ENTRY)


def test_a_tile_larger_than_all_the_room_is_not_kept():
    cache = TileCache(1_000)
    cache.put("a", b"x" * 2_000)
    assert (len(cache), cache.size) == (0, 0)


def test_no_room_keeps_nothing():
    cache = TileCache(0)
    cache.put("a", b"")
    assert cache.get("a") is None


def test_an_answer_goes_when_its_tile_goes():
    cache = TileCache(2 * (100 + TileCache.ENTRY) + TileCache.ANSWER)
    cache.put("a", b"x" * 100, 1)
    cache.keep_answer("a", "request", "answer", 1)
    assert cache.answer("request") == "answer"
    cache.put("a", b"y" * 100, 2)
    assert cache.answer("request") is None
    cache.keep_answer("a", "request", "late", 1)
    assert cache.answer("request") is None
    assert cache.size == 100 + TileCache.ENTRY


def test_a_tile_whose_answer_was_given_stays_the_longest():
    cache = TileCache(2 * (100 + TileCache.ENTRY) + TileCache.ANSWER)
    cache.put("a", b"x" * 100)
    cache.keep_answer("a", "request", "answer")
    cache.put("b", b"x" * 100)
    cache.answer("request")
    cache.put("c", b"x" * 100)
    assert cache.get("b") is None
    assert cache.answer("request") == "answer"


def test_answers_are_counted_and_never_too_many():
    cache = TileCache(10 * TileCache.ANSWER)
    cache.put("a", b"x")
    for number in range(100):
        cache.keep_answer("a", number, "answer")
        assert cache.size <= 10 * TileCache.ANSWER
    assert (len(cache), cache.size, cache.answer(0)) == (0, 0, None)


def test_a_request_that_moved_to_another_tile_leaves_with_that():
    cache = TileCache(100_000)
    for key in ("a", "b"):
        cache.put(key, b"x")
        cache.keep_answer(key, "request", key)
    cache.put("a", b"y")
    assert cache.answer("request") == "b"
    cache.put("b", b"y")
    assert cache.answer("request") is None


def test_many_threads_never_exceed_the_room():
    cache = room_for(10, 100)

    def use(number):
        cache.put(number % 37, b"x" * (number % 100))
        cache.get(number % 11)
        return cache.size

    with ThreadPoolExecutor(8) as pool:
        assert max(pool.map(use, range(5_000))) <= 10 * (100 + TileCache.ENTRY)
    assert cache.size == sum(
        len(cache.get(n) or b"") + cache.ENTRY for n in range(37) if cache.get(n) is not None
    )
